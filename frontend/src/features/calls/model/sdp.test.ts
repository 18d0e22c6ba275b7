import { expect, it } from 'vitest';
import { wishingForPicture } from './sdp';

const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join('');

it('a picture is wished for that begins sharp, of each codec and of nothing else', () => {
  const sdp = lines('m=audio 9 x 111', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10', 'm=video 9 x 96 97 98', 'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack',
    'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=rtpmap:98 H264/90000', 'a=fmtp:98 profile-level-id=42e01f');
  expect(wishingForPicture(sdp)).toBe(lines('m=audio 9 x 111', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10', 'm=video 9 x 96 97 98', 'a=rtpmap:96 VP8/90000',
    'a=fmtp:96 x-google-start-bitrate=800', 'a=rtcp-fb:96 nack', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=rtpmap:98 H264/90000', 'a=fmtp:98 profile-level-id=42e01f;x-google-start-bitrate=800'));
});
