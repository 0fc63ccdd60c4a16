#!/bin/bash
set -eu
LEVEL=1
TARGET=all

build() {
  make "$TARGET"
}

build
