#!/bin/bash
set -eu
LEVEL=2
TARGET=all

build() {
  make "$TARGET"
}

build
