module m;
  initial begin
    a = 1;
  end
endmodule
