// Something that LiveKit takes for its Egress: it speaks LiveKit's own protocol over Redis and reports as Egress does, and in
// place of a recording of the room it puts a film there that it was given. It says each recording's id on a line of its
// own; what it reads are lines too: "works", "fails", "loses" and "stalls" say what becomes of the next ones. It ends when that ends.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
	"github.com/redis/go-redis/v9"
)

// The folder as LiveKit and its clients name it.
const theirs = "/out/"

type egress struct {
	mu       sync.Mutex
	way      string
	bus      psrpc.MessageBus
	internal rpc.EgressInternalServer
	io       rpc.IOInfoClient
	folder   string
	film     []byte
}

func (e *egress) StartEgress(_ context.Context, req *rpc.StartEgressRequest) (*livekit.EgressInfo, error) {
	asked := req.GetRoomComposite()
	if asked == nil || len(asked.FileOutputs) != 1 || !strings.HasPrefix(asked.FileOutputs[0].Filepath, theirs) {
		return nil, psrpc.NewErrorf(psrpc.InvalidArgument, "only files in %s", theirs)
	}
	e.mu.Lock()
	way := e.way
	e.mu.Unlock()
	info := &livekit.EgressInfo{
		EgressId:  req.EgressId,
		RoomId:    req.RoomId,
		RoomName:  asked.RoomName,
		Status:    livekit.EgressStatus_EGRESS_STARTING,
		UpdatedAt: time.Now().UnixNano(),
		Request:   &livekit.EgressInfo_RoomComposite{RoomComposite: asked},
		// There from the beginning, with nothing but its name.
		FileResults: []*livekit.FileInfo{{Filename: asked.FileOutputs[0].Filepath}},
	}
	job := &job{egress: e, info: info, stop: make(chan struct{}, 1)}
	handler, err := rpc.NewEgressHandlerServer(job, e.bus)
	if err != nil {
		return nil, err
	}
	if err := handler.RegisterStopEgressTopic(req.EgressId); err != nil {
		return nil, err
	}
	answer := job.copy()
	go job.run(way, handler)
	return answer, nil
}

func (e *egress) StartEgressAffinity(context.Context, *rpc.StartEgressRequest) float32 { return 1 }

func (e *egress) ListActiveEgress(context.Context, *rpc.ListActiveEgressRequest) (*rpc.ListActiveEgressResponse, error) {
	return &rpc.ListActiveEgressResponse{}, nil
}

type job struct {
	egress *egress
	mu     sync.Mutex
	info   *livekit.EgressInfo
	stop   chan struct{}
}

func (j *job) copy() *livekit.EgressInfo {
	j.mu.Lock()
	defer j.mu.Unlock()
	return &livekit.EgressInfo{
		EgressId: j.info.EgressId, RoomId: j.info.RoomId, RoomName: j.info.RoomName, Status: j.info.Status,
		StartedAt: j.info.StartedAt, EndedAt: j.info.EndedAt, UpdatedAt: j.info.UpdatedAt, Error: j.info.Error,
		Details: j.info.Details, Request: j.info.Request, FileResults: j.info.FileResults,
	}
}

// becomes reports a change, until LiveKit has it.
func (j *job) becomes(change func(*livekit.EgressInfo)) {
	j.mu.Lock()
	change(j.info)
	j.info.UpdatedAt = time.Now().UnixNano()
	j.mu.Unlock()
	for {
		_, err := j.egress.io.UpdateEgress(context.Background(), j.copy())
		if err == nil {
			return
		}
		log.Println("not reported yet:", err)
		time.Sleep(200 * time.Millisecond)
	}
}

// known says whether LiveKit has it in its list.
func (j *job) known() bool {
	found, err := j.egress.io.ListEgress(context.Background(), &livekit.ListEgressRequest{RoomName: j.info.RoomName})
	return err == nil && slices.ContainsFunc(found.Items, func(one *livekit.EgressInfo) bool { return one.EgressId == j.info.EgressId })
}

func (j *job) run(way string, handler rpc.EgressHandlerServer) {
	defer handler.Shutdown()
	// Egress takes seconds to begin; LiveKit knows of it by then.
	for !j.known() {
		time.Sleep(20 * time.Millisecond)
	}
	fmt.Println(j.info.EgressId)
	if way == "stalls" {
		<-j.stop
		j.becomes(func(info *livekit.EgressInfo) {
			info.Status, info.Error = livekit.EgressStatus_EGRESS_ABORTED, "Start signal not received"
		})
		return
	}
	began := time.Now()
	j.becomes(func(info *livekit.EgressInfo) {
		info.Status, info.StartedAt = livekit.EgressStatus_EGRESS_ACTIVE, began.UnixNano()
	})
	if way == "fails" {
		j.becomes(func(info *livekit.EgressInfo) {
			info.Status, info.Error = livekit.EgressStatus_EGRESS_FAILED, "the browser has crashed"
		})
		return
	}
	<-j.stop
	j.becomes(func(info *livekit.EgressInfo) { info.Details = "End reason: StopEgress API" })
	path := j.info.GetRoomComposite().FileOutputs[0].Filepath
	if way == "loses" {
		// It copies the file only now, and may not.
		j.becomes(func(info *livekit.EgressInfo) {
			info.Status = livekit.EgressStatus_EGRESS_FAILED
			info.Error = fmt.Sprintf("Local upload failed: open %s: permission denied", path)
		})
		return
	}
	file := filepath.Join(j.egress.folder, strings.TrimPrefix(path, theirs))
	if err := os.WriteFile(file, j.egress.film, 0o644); err != nil {
		log.Fatal(err)
	}
	j.becomes(func(info *livekit.EgressInfo) {
		ended := time.Now()
		info.Status, info.EndedAt = livekit.EgressStatus_EGRESS_COMPLETE, ended.UnixNano()
		info.FileResults = []*livekit.FileInfo{{
			Filename: path, Location: path, Size: int64(len(j.egress.film)), StartedAt: began.UnixNano(),
			EndedAt: ended.UnixNano(), Duration: int64(ended.Sub(began)),
		}}
	})
}

func (j *job) StopEgress(context.Context, *livekit.StopEgressRequest) (*livekit.EgressInfo, error) {
	j.mu.Lock()
	ending := j.info.Status <= livekit.EgressStatus_EGRESS_ACTIVE
	if ending {
		j.info.Status = livekit.EgressStatus_EGRESS_ENDING
	}
	j.mu.Unlock()
	if ending {
		j.stop <- struct{}{}
	}
	return j.copy(), nil
}

func (j *job) UpdateEgress(context.Context, *livekit.UpdateEgressRequest) (*livekit.EgressInfo, error) {
	return nil, psrpc.NewErrorf(psrpc.Unimplemented, "no")
}

func (j *job) UpdateStream(context.Context, *livekit.UpdateStreamRequest) (*livekit.EgressInfo, error) {
	return nil, psrpc.NewErrorf(psrpc.Unimplemented, "no")
}

func main() {
	address := flag.String("redis", "", "where Redis is")
	folder := flag.String("folder", "", "what is "+theirs+" to others")
	film := flag.String("film", "", "what is recorded")
	flag.Parse()
	bytes, err := os.ReadFile(*film)
	if err != nil {
		log.Fatal(err)
	}
	bus := psrpc.NewRedisMessageBus(redis.NewClient(&redis.Options{Addr: *address}))
	io, err := rpc.NewIOInfoClient(bus)
	if err != nil {
		log.Fatal(err)
	}
	e := &egress{way: "works", bus: bus, io: io, folder: *folder, film: bytes}
	if e.internal, err = rpc.NewEgressInternalServer(e, bus); err != nil {
		log.Fatal(err)
	}
	if err := e.internal.RegisterStartEgressTopic(""); err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		e.mu.Lock()
		e.way = lines.Text()
		e.mu.Unlock()
	}
}
