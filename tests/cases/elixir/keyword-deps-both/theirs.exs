defp deps do
  [
    {:plug, "~> 1.1"}
  ]
end
