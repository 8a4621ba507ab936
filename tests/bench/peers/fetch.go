// What one writes with Go's net/http: workers that take URLs from a channel.    fetch CONCURRENCY FILE [CERTIFICATES]
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
)

func transport(concurrency int) *http.Transport {
	made := &http.Transport{MaxIdleConns: 2 * concurrency, MaxIdleConnsPerHost: concurrency, ForceAttemptHTTP2: true}
	if len(os.Args) > 3 {
		certificates, err := os.ReadFile(os.Args[3])
		if err != nil {
			panic(err)
		}
		made.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
		made.TLSClientConfig.RootCAs.AppendCertsFromPEM(certificates)
	}
	return made
}

func fetch(client *http.Client, url string) bool {
	answer, err := client.Get(url)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err == nil && answer.StatusCode < 400
}

func main() {
	concurrency, _ := strconv.Atoi(os.Args[1])
	list, err := os.Open(os.Args[2])
	if err != nil {
		panic(err)
	}
	client := &http.Client{Transport: transport(concurrency)}
	urls := make(chan string)
	var ok int64
	var workers sync.WaitGroup
	for i := 0; i < concurrency; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for url := range urls {
				if fetch(client, url) {
					atomic.AddInt64(&ok, 1)
				}
			}
		}()
	}
	for lines := bufio.NewScanner(list); lines.Scan(); {
		urls <- lines.Text()
	}
	close(urls)
	workers.Wait()
	fmt.Println(ok, "ok")
}
