// SPDX-License-Identifier: BSD-3-Clause
//
// Calls: getcpu mlock munlock
// May: incomplete
//
// Rust: a call by number, one through a trait object, one in a closure that a thread runs.
use std::arch::asm;
use std::thread;

fn probe(number: usize) -> isize {
    let result: isize;
    unsafe {
        asm!("syscall", inlateout("rax") number as isize => result, in("rdi") -1isize, in("rsi") -1isize,
            in("rdx") -1isize, in("r10") -1isize, in("r8") -1isize, in("r9") -1isize, out("rcx") _, out("r11") _);
    }
    result
}

trait Work {
    fn work(&self) -> isize;
}

struct First;
struct Second;

impl Work for First {
    fn work(&self) -> isize {
        probe(309) // getcpu
    }
}

impl Work for Second {
    fn work(&self) -> isize {
        probe(149) // mlock
    }
}

fn main() {
    let all: Vec<Box<dyn Work>> = vec![Box::new(First), Box::new(Second)];
    for one in &all {
        one.work();
    }
    thread::spawn(|| probe(150)).join().unwrap(); // munlock
}
