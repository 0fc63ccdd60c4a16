case $x in
  a) f ;;
<<<<<<< ours
  b) g ;;
||||||| base
=======
  c) h ;;
>>>>>>> theirs
esac
