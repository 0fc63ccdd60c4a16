#!/bin/bash
set -e
LEVEL=2
TARGET=all

build() {
  make "$TARGET"
}

build
