module m;
  a u(.x(3), .y(2));
endmodule
