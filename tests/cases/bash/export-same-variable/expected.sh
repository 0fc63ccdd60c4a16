<<<<<<< ours
export PATH=/usr/bin:/bin
||||||| base
export PATH=/bin
=======
export PATH=/opt/bin:/bin
>>>>>>> theirs
