export PATH=/opt/bin:/bin
