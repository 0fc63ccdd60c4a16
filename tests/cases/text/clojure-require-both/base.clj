(ns a.b
  (:require [x.y :as y]))
