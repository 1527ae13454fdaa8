// The thinnest shim over Linux system calls that Swift's Glibc module does not have.
#ifndef CLINUX_H
#define CLINUX_H

#include <sys/epoll.h>
#include <sys/eventfd.h>

#endif
