const a = (
  <B>
    <C />
<<<<<<< ours
    <D />
||||||| base
=======
    <E />
>>>>>>> theirs
  </B>
);
