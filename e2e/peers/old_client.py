"""An old client, by the contract on the wire alone: it signs in, rings or is rung, and sends and takes media by aiortc.

Says what happens as lines of JSON. `hang up` on its standard input ends the call.
"""

import argparse
import array
import asyncio
import fractions
import json
import math
import sys
import time
import urllib.request

import socketio
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame, VideoFrame

RATE = 48_000
SAMPLES = 960
WIDTH, HEIGHT, FPS = 320, 240, 15


def say(event, **what):
    print(json.dumps({"event": event, **what}), flush=True)


class Generated(MediaStreamTrack):
    """One frame after the other, each when it is due."""

    def __init__(self, rate, step):
        super().__init__()
        self.rate, self.step, self.at, self.began = rate, step, 0, time.monotonic()

    async def recv(self):
        await asyncio.sleep(max(0, self.began + self.at / self.rate - time.monotonic()))
        frame = self.frame(self.at)
        frame.pts, frame.time_base = self.at, fractions.Fraction(1, self.rate)
        self.at += self.step
        return frame


class Tone(Generated):
    kind = "audio"

    def __init__(self):
        super().__init__(RATE, SAMPLES)

    def frame(self, at):
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.sample_rate = RATE
        wave = (int(12_000 * math.sin(2 * math.pi * 440 * (at + n) / RATE)) for n in range(SAMPLES))
        frame.planes[0].update(array.array("h", wave).tobytes())
        return frame


class Stripes(Generated):
    kind = "video"

    def __init__(self):
        super().__init__(FPS, 1)

    def frame(self, at):
        frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane in frame.planes:
            row = bytes((8 * (x + 4 * at) // 2) % 256 for x in range(plane.line_size))
            plane.update(row * plane.height)
        return frame


class OldClient:
    def __init__(self, accounts, calls, email, password):
        self.accounts, self.calls = accounts, calls
        answer = self.rest("/api/user/login", {"email": email, "password": password})
        self.token, self.user = answer["token"], answer["user"]
        self.lines = []
        self.connection = None
        self.other = None
        self.early = []
        self.ended = asyncio.Event()

    def rest(self, path, body=None):
        headers = {"content-type": "application/json"}
        if body is None:
            headers["authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.accounts + path, data, headers), timeout=10) as answer:
            return json.load(answer)

    async def line(self, **handlers):
        """One of the connections that an old page has for calls."""
        line = socketio.AsyncClient(reconnection=False)
        for event, handler in handlers.items():
            line.on(f"webrtc-{event.replace('_', '-')}", handler)
        await line.connect(self.calls, auth={"token": self.token}, transports=["websocket"])
        await line.emit("join-room", self.user["_id"])
        self.lines.append(line)
        return line

    async def wait_for_a_call(self):
        async def rings(ring):
            say("rings", caller=ring["callerName"], kind=ring["callType"])
            await page.emit("webrtc-call-response", {"callerId": ring["callerId"], "accepted": True})
            # The call window, which opens only now.
            self.window = await self.line(offer=offered, ice_candidate=self.candidate, end_call=self.end)

        async def offered(message):
            self.other = message["senderId"]
            self.prepare()
            await self.connection.setRemoteDescription(RTCSessionDescription(**message["offer"]))
            await self.take_early()
            await self.connection.setLocalDescription(await self.connection.createAnswer())
            await self.window.emit("webrtc-answer", {"answer": self.description(), "targetUserId": self.other})

        page = await self.line(call_request=rings)

    async def call(self, name):
        found = self.rest("/api/user/users/role/dietician")["users"]
        self.other = next(user["_id"] for user in found if user["name"] == name)

        async def answered(message):
            await self.connection.setRemoteDescription(RTCSessionDescription(**message["answer"]))
            await self.take_early()

        self.window = await self.line(
            answer=answered,
            ice_candidate=self.candidate,
            end_call=self.end,
            call_error=lambda message: say("refused", **message),
        )
        self.prepare()
        self.channel(self.connection.createDataChannel("chat", ordered=True))
        await self.connection.setLocalDescription(await self.connection.createOffer())
        await self.window.emit("webrtc-offer", {"offer": self.description(), "targetUserId": self.other})

    def prepare(self):
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.on("track", lambda track: asyncio.ensure_future(self.take(track)))
        self.connection.on("datachannel", self.channel)
        for track in (Tone(), Stripes()):
            self.connection.addTrack(track)

    def description(self):
        local = self.connection.localDescription
        return {"type": local.type, "sdp": local.sdp}

    async def candidate(self, message):
        self.early.append(message["candidate"])
        if self.connection and self.connection.remoteDescription:
            await self.take_early()

    async def take_early(self):
        while self.early:
            said = self.early.pop(0)
            if not said or not said.get("candidate"):
                continue
            candidate = candidate_from_sdp(said["candidate"].removeprefix("candidate:"))
            candidate.sdpMid, candidate.sdpMLineIndex = said.get("sdpMid"), said.get("sdpMLineIndex")
            await self.connection.addIceCandidate(candidate)

    async def take(self, track):
        """Ten frames with something in them: a sound that is no silence, a picture that is not of one colour."""
        good = 0
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if track.kind == "audio":
                good += max(map(abs, array.array("h", bytes(frame.planes[0])))) > 500
            else:
                light = bytes(frame.planes[0])
                good += max(light) - min(light) > 50
            if good == 10:
                say("takes", kind=track.kind)
                good += 1

    def channel(self, channel):
        def heard(text):
            said = json.loads(text)
            say("reads", channel=channel.label, keys=sorted(said), text=said.get("text"))
            reply = {"text": "Read by an old client", "sender": self.user["name"], "timestamp": "2024-01-01T00:00:00.000Z"}
            channel.send(json.dumps(reply))

        channel.on("message", heard)

    async def end(self, message):
        say("ended", by=message.get("senderName"))
        await self.window.emit("webrtc-end-call", {"targetUserId": self.other})
        self.ended.set()

    async def obey(self):
        """Until the other ends the call, or `hang up` is said."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

        async def listen():
            while line := await reader.readline():
                if line.strip() == b"hang up":
                    await self.window.emit("webrtc-end-call", {"targetUserId": self.other})
                    return

        tasks = [asyncio.ensure_future(one) for one in (listen(), self.ended.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    async def close(self):
        if self.connection:
            await self.connection.close()
        for line in self.lines:
            await line.disconnect()


async def main():
    parser = argparse.ArgumentParser()
    for name in ("accounts", "calls", "email", "password"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--call", metavar="NAME", help="a dietician to call; without it a call is waited for")
    args = parser.parse_args()
    client = OldClient(args.accounts, args.calls, args.email, args.password)
    await (client.call(args.call) if args.call else client.wait_for_a_call())
    say("ready")
    await client.obey()
    await client.close()


asyncio.run(main())
