// The peer that keeps: a Node.js chat service on socket.io and mongoose, as the one that MoodBites replaces was built, spared
// its known faults: messages have a collection of their own instead of growing inside their conversation, a unique key
// makes sending idempotent, and nothing is loaded that need not be. No token check, no policy.
import { createServer } from 'node:http';
import mongoose from 'mongoose';
import { Server } from 'socket.io';

const { Schema } = mongoose;
const Message = mongoose.model(
  'Message',
  new Schema({
    conversation: String,
    sender: String,
    receiver: String,
    clientMessageId: String,
    message: String,
    messageType: String,
    isRead: { type: Boolean, default: false },
    createdAt: { type: Date, default: Date.now },
  }).index({ sender: 1, clientMessageId: 1 }, { unique: true }).index({ conversation: 1, createdAt: 1 }),
);
const Conversation = mongoose.model('Conversation', new Schema({ _id: String, participants: [String], lastMessage: String, lastUpdated: Date }));

await mongoose.connect(process.argv[2], { writeConcern: { w: 'majority' } });
await Promise.all([Message.init(), Conversation.init()]);

const http = createServer((_, response) => response.end('{"status":"OK"}'));
const io = new Server(http, { perMessageDeflate: false });

io.on('connection', (socket) => {
  const { user } = socket.handshake.auth;
  socket.join(user);
  socket.on('send-message', async ({ receiverId, clientMessageId, message, messageType }, acknowledge) => {
    const participants = [user, receiverId].sort();
    const conversation = participants.join(':');
    try {
      const stored = await Message.create({ conversation, sender: user, receiver: receiverId, clientMessageId, message, messageType });
      const head = { participants, lastMessage: message, lastUpdated: stored.createdAt };
      const write = () => Conversation.updateOne({ _id: conversation }, { $set: head }, { upsert: true });
      // Two that write their first words at once both make the conversation; the second finds it made.
      await write().catch((error) => (error.code === 11000 ? write() : Promise.reject(error)));
      const entry = { ...stored.toJSON(), messageId: stored._id, senderId: user, receiverId };
      io.to(receiverId).to(user).emit('entry', entry);
      acknowledge(entry);
    } catch (error) {
      acknowledge({ error: error.message, code: 'internal' });
    }
  });
});

http.listen(0, '127.0.0.1', () => {
  console.log(`ready ${JSON.stringify({ web: [`127.0.0.1:${http.address().port}`] })}`);
});
