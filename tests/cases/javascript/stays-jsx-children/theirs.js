const v = (
  <ul>
    <li>a</li>
    <li>c</li>
  </ul>
);
