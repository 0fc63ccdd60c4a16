defmodule A do
  alias X.Y

  def f, do: 1
end
