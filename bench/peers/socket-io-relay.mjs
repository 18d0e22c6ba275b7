// The peer: a Node.js Socket.IO server that does what the old chat service did on the wire and nothing more. It relays in
// memory: no store, no policy, no token check. Every message is acknowledged, echoed to its sender and sent to its receiver.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"status":"OK"}');
});
const io = new Server(http, { perMessageDeflate: false });
let seq = 0;

io.on('connection', (socket) => {
  const { user } = socket.handshake.auth;
  socket.join(user);
  socket.on('send-message', (payload, acknowledge) => {
    seq += 1;
    const entry = {
      ...payload,
      seq,
      _id: seq.toString(16).padStart(24, '0'),
      conversationId: '0'.repeat(24),
      senderId: user,
      createdAt: new Date().toISOString(),
      isRead: false,
    };
    io.to(payload.receiverId).to(user).emit('entry', entry);
    acknowledge?.(entry);
  });
});

http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`ready ${JSON.stringify({ web: [`127.0.0.1:${http.address().port}`] })}`);
});
