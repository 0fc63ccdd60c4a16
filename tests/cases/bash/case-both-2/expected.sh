case "$1" in
  a) x ;;
<<<<<<< ours
  b) y ;;
||||||| base
=======
  c) z ;;
>>>>>>> theirs
esac
