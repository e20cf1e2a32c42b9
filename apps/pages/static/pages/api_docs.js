"use strict";

const place = document.getElementById("document");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.address,
  deepLinking: true,
  filter: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // it would ask a server elsewhere
});
