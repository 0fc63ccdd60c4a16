#!/bin/bash
set -e
LEVEL=1
TARGET=test

build() {
  make "$TARGET"
}

build
