# SPDX-License-Identifier: BSD-3-Clause
# A server and its clients on the loopback interface, and what Perl's library hands on to the kernel.
use strict;
use warnings;
use Fcntl qw(:flock :seek);
use File::Copy;
use File::Find;
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempfile);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use IPC::SysV qw(IPC_PRIVATE IPC_CREAT IPC_RMID S_IRUSR S_IWUSR);
use POSIX qw(:sys_wait_h);
use Socket;
use Time::HiRes qw(usleep setitimer ITIMER_REAL);

my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die $!;
my $child = fork() // die $!;
if ($child == 0) {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->sockport) or die $!;
    print $socket "hello\n";
    exit 0;
}
my $select = IO::Select->new($server);
$select->can_read(5) or die;
my $line = $server->accept->getline;
waitpid($child, 0);
die unless $line eq "hello\n" and $? == 0;

my $local = IO::Socket::UNIX->new(Local => 'socket', Listen => 1) or die $!;
socketpair(my $one, my $other, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die $!;
send($one, 'x', 0);
recv($other, my $text, 10, 0);
shutdown($one, 2);
gethostbyname('localhost');
getservbyname('http', 'tcp');
getprotobyname('udp');

my ($file, $name) = tempfile(DIR => '.');
flock($file, LOCK_EX);
print $file "contents\n";
seek($file, 0, SEEK_SET);
truncate($file, 3);
close($file);
copy($name, "$name.copy");
move("$name.copy", "$name.moved");
make_path('x/y/z');
find(sub { lstat($_) }, '.');
remove_tree('x');
utime(1, 2, $name);
chmod(0600, $name);
symlink($name, 'soft');
readlink('soft');
unlink('soft', $name);

my $memory = shmget(IPC_PRIVATE, 100, S_IRUSR | S_IWUSR | IPC_CREAT);
shmwrite($memory, 'x', 0, 1);
shmctl($memory, IPC_RMID, 0);
my $queue = msgget(IPC_PRIVATE, S_IRUSR | S_IWUSR | IPC_CREAT);
msgsnd($queue, pack('l! a*', 1, 'x'), 0);
msgrcv($queue, my $message, 10, 1, 0);
msgctl($queue, IPC_RMID, 0);
my $semaphore = semget(IPC_PRIVATE, 1, S_IRUSR | S_IWUSR | IPC_CREAT);
semop($semaphore, pack('s!3', 0, 1, 0));
semctl($semaphore, 0, IPC_RMID, 0);

local $SIG{ALRM} = sub { };
setitimer(ITIMER_REAL, 0.01);
select(undef, undef, undef, 0.05);
usleep(10);
my $output = `echo \$PPID`;
system('true');
open(my $pipe, '-|', 'echo', 'x') or die $!;
<$pipe>;
close($pipe);
POSIX::nice(1);
POSIX::uname();
POSIX::ttyname(0);
my @user = getpwnam('root');
my @group = getgrent();
my @times = times();
