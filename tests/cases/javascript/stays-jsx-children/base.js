const v = (
  <ul>
    <li>a</li>
  </ul>
);
