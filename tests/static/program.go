// SPDX-License-Identifier: BSD-3-Clause
//
// Calls: getcpu mlock munlock
//
// Go: a call by number, one through an interface, one in a goroutine.
package main

import "syscall"

const bad = ^uintptr(0)

type worker interface{ work() }
type first struct{}
type second struct{}

func (first) work()  { syscall.RawSyscall(309, bad, bad, bad) } // getcpu
func (second) work() { syscall.Syscall(149, bad, bad, bad) }    // mlock

func main() {
	done := make(chan bool)
	for _, one := range []worker{first{}, second{}} {
		one.work()
	}
	go func() {
		syscall.Syscall6(150, bad, bad, bad, bad, bad, bad) // munlock
		done <- true
	}()
	<-done
}
