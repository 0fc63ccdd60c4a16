#!/bin/bash
set -e
LEVEL=1
TARGET=all

build() {
  make "$TARGET"
}

lint() {
  shellcheck *.sh
}

build
