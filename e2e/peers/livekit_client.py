"""LiveKit's own client in Python, as a consultation's old client: it signs in, asks for a token by the contract on the
wire, and sends and takes media made up here.

Says what happens as lines of JSON. `hang up` on its standard input ends it.
"""

import argparse
import asyncio
import json
import sys
import time
import urllib.error
import urllib.request

import numpy
from livekit import rtc

RATE, SAMPLES = 48_000, 480
WIDTH, HEIGHT, FPS = 640, 360, 15


def say(event, **what):
    print(json.dumps({"event": event, **what}), flush=True)


def rest(url, body, token=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


async def tone(source):
    """440 Hz; the source itself makes it wait."""
    at = numpy.arange(SAMPLES)
    while True:
        wave = (12_000 * numpy.sin(2 * numpy.pi * 440 * at / RATE)).astype(numpy.int16)
        await source.capture_frame(rtc.AudioFrame(wave.tobytes(), RATE, 1, SAMPLES))
        at = at + SAMPLES


async def stripes(source):
    began, shown = time.monotonic(), 0
    while True:
        row = numpy.repeat(((8 * (numpy.arange(WIDTH) + 4 * shown)) % 256).astype(numpy.uint8)[:, None], 4, axis=1)
        frame = rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, numpy.tile(row, (HEIGHT, 1, 1)).tobytes())
        source.capture_frame(frame)
        shown += 1
        await asyncio.sleep(max(0, began + shown / FPS - time.monotonic()))


async def take(track, identity, source):
    """Ten frames with something in them: a sound that is no silence, a picture that is not of one colour."""
    sounds = track.kind == rtc.TrackKind.KIND_AUDIO
    stream = rtc.AudioStream(track) if sounds else rtc.VideoStream(track, format=rtc.VideoBufferType.RGBA)
    good = 0
    async for event in stream:
        values = numpy.asarray(event.frame.data).astype(int)
        good += bool(abs(values).max() > 500 if sounds else numpy.ptp(values[::4]) > 50)
        if good == 10:
            break
    say("takes", identity=identity, source=source)
    await stream.aclose()


async def main():
    parser = argparse.ArgumentParser()
    for name in ("accounts", "calls", "email", "password", "livekit", "room"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    signed_in = rest(args.accounts + "/api/user/login", {"email": args.email, "password": args.password})
    wish = {"roomName": args.room, "participantName": signed_in["user"]["name"], "participantRole": "user"}
    say("ready")
    refused = None
    while "token" not in (ticket := await asyncio.to_thread(rest, args.calls + "/api/getToken", wish, signed_in["token"])):
        if refused != ticket["code"]:
            refused = ticket["code"]
            say("refused", code=refused)
        await asyncio.sleep(0.3)

    room, ended, tasks = rtc.Room(), asyncio.Event(), []

    @room.on("track_subscribed")
    def _(track, publication, participant):
        source = rtc.TrackSource.Name(publication.source)
        tasks.append(asyncio.ensure_future(take(track, participant.identity, source)))

    @room.on("track_muted")
    def _(participant, publication):
        say("muted", identity=participant.identity, source=rtc.TrackSource.Name(publication.source))

    @room.on("disconnected")
    def _(reason):
        say("ended", reason=rtc.DisconnectReason.Name(reason))
        ended.set()

    await room.connect(args.livekit, ticket["token"])
    say("joined", identity=room.local_participant.identity, name=room.local_participant.name)
    voice, picture = rtc.AudioSource(RATE, 1), rtc.VideoSource(WIDTH, HEIGHT)
    for track, source, feed in (
        (rtc.LocalAudioTrack.create_audio_track("voice", voice), rtc.TrackSource.SOURCE_MICROPHONE, tone(voice)),
        (rtc.LocalVideoTrack.create_video_track("picture", picture), rtc.TrackSource.SOURCE_CAMERA, stripes(picture)),
    ):
        await room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=source))
        tasks.append(asyncio.ensure_future(feed))
    say("sends")

    async def told():
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            if line.strip() == b"hang up":
                return

    either = [asyncio.ensure_future(one) for one in (told(), ended.wait())]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks + either:
        task.cancel()
    await asyncio.gather(*tasks, *either, return_exceptions=True)
    await room.disconnect()


asyncio.run(main())
