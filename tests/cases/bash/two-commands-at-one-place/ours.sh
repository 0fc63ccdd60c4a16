#!/bin/bash
set -e
set -u
LEVEL=1
TARGET=all

build() {
  make "$TARGET"
}

build
