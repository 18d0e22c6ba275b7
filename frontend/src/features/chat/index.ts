import { lazyRouteComponent } from '@tanstack/react-router';

export { restApi } from './api';
export { ChatStore } from './model/ChatStore';
export { ChatContext, useChat, useUnreadTotal } from './model/context';
export { forgetDrafts } from './model/Drafts';

export const ChatPage = lazyRouteComponent(() => import('./ui/ChatPage'), 'ChatPage');
