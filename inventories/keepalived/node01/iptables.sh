#!/bin/bash

(
  # Wait for lock on /var/lock/.iptables.exclusivelock (fd 200) for 10 seconds
  flock -x -w 10 200 || exit 1
  if [ "$1" == "set" ]; then
    exists=$(iptables -C PREROUTING -t nat -d $2 -p tcp -j REDIRECT 2>&1)
    if [ ! -z "$exists" ]; then
      sudo iptables -A PREROUTING -t nat -d $2 -p tcp -j REDIRECT
    fi
  elif [ "$1" == "reset" ]; then
    sudo iptables -D PREROUTING -t nat -d $2 -p tcp -j REDIRECT
  fi
) 200>/var/lock/.iptables.exclusivelock
