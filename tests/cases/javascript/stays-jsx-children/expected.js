const v = (
  <ul>
    <li>a</li>
<<<<<<< ours
    <li>b</li>
||||||| base
=======
    <li>c</li>
>>>>>>> theirs
  </ul>
);
