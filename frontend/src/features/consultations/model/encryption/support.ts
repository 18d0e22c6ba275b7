/** Whether this browser lets a page seal what it sends before it leaves. Where it can't, nobody enters an encrypted room. */
export function canEncrypt(scope: typeof globalThis = globalThis): boolean {
  const { RTCRtpScriptTransform: transform, RTCRtpSender: sender, crypto } = scope as unknown as {
    RTCRtpScriptTransform?: unknown; RTCRtpSender?: { prototype: object }; crypto?: Partial<Crypto>;
  };
  return crypto?.subtle !== undefined && (transform !== undefined || (sender !== undefined && 'createEncodedStreams' in sender.prototype));
}
