# SPDX-License-Identifier: BSD-3-Clause
# A server and its client on the loopback interface.
proc answer {channel address port} {
    puts $channel hello
    close $channel
}
set server [socket -server answer -myaddr 127.0.0.1 0]
set port [lindex [fconfigure $server -sockname] 2]
set client [socket 127.0.0.1 $port]
fileevent $client readable { set line [gets $client]; set done 1 }
vwait done
close $client
close $server
file mkdir made
file copy a.txt made
file rename made/a.txt made/b.txt
foreach name [glob made/*] { file stat $name status }
file delete -force made
exec sort << "b\na\n"
set pipe [open "|cat a.txt"]
gets $pipe
close $pipe
after 10 { set later 1 }
vwait later
clock format [clock seconds]
exit
