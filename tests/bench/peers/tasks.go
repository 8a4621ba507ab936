// So many goroutines, each asleep for 1 s and a random part of 1 s, all awaited.    tasks COUNT
package main

import (
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"sync"
	"time"
)

type outcome struct {
	value int
	err   error
}

func nap(duration time.Duration) (int, error) {
	time.Sleep(duration)
	return 1, nil
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	chance := rand.New(rand.NewSource(1))
	outcomes := make([]outcome, count)
	var all sync.WaitGroup
	all.Add(count)
	for i := range outcomes {
		duration := time.Second + time.Duration(chance.Int63n(int64(time.Second)))
		go func(out *outcome) {
			defer all.Done()
			out.value, out.err = nap(duration)
		}(&outcomes[i])
	}
	all.Wait()
	sum := 0
	for _, out := range outcomes {
		sum += out.value
	}
	fmt.Println(sum)
}
