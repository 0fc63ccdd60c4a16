const v = (
  <ul>
    <li>a</li>
    <li>b</li>
  </ul>
);
