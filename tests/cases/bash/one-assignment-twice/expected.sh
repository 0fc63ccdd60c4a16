#!/bin/bash
set -e
<<<<<<< ours
LEVEL=2
||||||| base
LEVEL=1
=======
LEVEL=3
>>>>>>> theirs
TARGET=all

build() {
  make "$TARGET"
}

build
