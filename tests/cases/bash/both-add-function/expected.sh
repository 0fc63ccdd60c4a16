#!/bin/bash
set -e
LEVEL=1
TARGET=all

build() {
  make "$TARGET"
}

clean() {
  rm -rf out
}

lint() {
  shellcheck *.sh
}

build
