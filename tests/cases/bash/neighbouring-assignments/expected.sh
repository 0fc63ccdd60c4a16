#!/bin/bash
set -e
LEVEL=2
TARGET=test

build() {
  make "$TARGET"
}

build
