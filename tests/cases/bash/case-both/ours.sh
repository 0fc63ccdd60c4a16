case $x in
  a) f ;;
  b) g ;;
esac
