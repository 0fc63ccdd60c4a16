case $1 in
  a) uno ;;
  b) dos ;;
esac
