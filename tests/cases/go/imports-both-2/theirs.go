package a

import (
	"fmt"
	"os"
	"strings"
)
