#!/bin/bash
set -e
<<<<<<< ours
set -u
||||||| base
=======
cd src
>>>>>>> theirs
LEVEL=1
TARGET=all

build() {
  make "$TARGET"
}

build
