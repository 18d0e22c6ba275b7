import { lazyRouteComponent } from '@tanstack/react-router';

export { restApi } from './api';
export { uploader } from './attach/upload';
export { ChatStore } from './model/ChatStore';
export { ChatContext, useChat, useUnreadTotal, useUnsentCount } from './model/context';
export { applyChange } from './model/fold';
export { forgetDrafts } from './model/Drafts';
export { browserStorage, forgetOutbox } from './model/outbox/storage';
export { browserTabs } from './model/outbox/tabs';
export { beginVoiceNote } from './voice/wish';

export const ChatPage = lazyRouteComponent(() => import('./ui/ChatPage'), 'ChatPage');
