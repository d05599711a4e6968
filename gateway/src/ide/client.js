/* Runs in the browser, before GraphiQL: keeps the access token that a sign-in answered and sends it along. */
(() => {
  const storageKey = 'murmuration:access-token';
  const authorization = () => {
    const token = sessionStorage.getItem(storageKey);
    return token ? `Bearer ${token}` : undefined;
  };

  const send = window.fetch.bind(window);
  window.fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    const value = authorization();
    if (value && !headers.has('authorization')) headers.set('authorization', value);
    const response = await send(input, { ...init, headers });
    if (response.headers.get('content-type')?.includes('json')) {
      response
        .clone()
        .json()
        .then(
          (answer) => notice(answer, response.status),
          () => {},
        );
    }
    return response;
  };

  // A browser cannot set headers on a websocket: the token goes where graphql-ws expects it.
  const sendFrame = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const value = authorization();
    if (value && typeof data === 'string' && data.includes('"connection_init"')) {
      const message = JSON.parse(data);
      const payload = { authorization: value, ...message.payload };
      return sendFrame.call(this, JSON.stringify({ ...message, payload }));
    }
    return sendFrame.call(this, data);
  };

  function notice(answer, status) {
    for (const payload of Object.values(answer?.data ?? {})) {
      if (typeof payload?.accessToken === 'string') signedIn(payload.accessToken);
    }
    if (status === 401) signedIn(undefined);
  }

  function signedIn(token) {
    if (token) sessionStorage.setItem(storageKey, token);
    else sessionStorage.removeItem(storageKey);
    showState();
  }

  const bar = document.createElement('div');
  const state = document.createElement('span');
  bar.style.cssText =
    'position:fixed;bottom:0;left:0;right:0;height:34px;z-index:9;display:flex;gap:8px;align-items:center;' +
    'padding:0 12px;background:#1b2240;color:#fff;font:13px system-ui,sans-serif';
  state.style.marginRight = 'auto';
  bar.append(state);
  const style = document.createElement('style');
  style.textContent = '#root, .graphiql-container { height: calc(100vh - 34px) !important }';
  document.body.append(style, bar);

  function showState() {
    const token = sessionStorage.getItem(storageKey);
    if (!token) {
      state.textContent = 'Not signed in: requests are anonymous.';
      return;
    }
    const { sub, exp } = JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')));
    const until = new Date(exp * 1000).toLocaleTimeString();
    state.textContent = `Signed in as ${sub} until ${until}: requests carry the token by themselves.`;
  }

  function addButton(label, onClick) {
    const button = document.createElement('button');
    button.textContent = label;
    button.style.cssText =
      'border:1px solid #fff6;border-radius:4px;background:none;color:#fff;padding:3px 10px;cursor:pointer;font:inherit';
    button.addEventListener('click', onClick);
    bar.append(button);
  }

  const words = (name) => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

  window.startIde = async (root, options) => {
    const examples = await send('/ide/examples').then(
      (answer) => answer.json(),
      () => [],
    );
    for (const { name, query } of examples.filter((example) => example.isSignIn)) {
      addButton(words(name), () =>
        window.fetch('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: '' },
          body: JSON.stringify({ query }),
        }),
      );
    }
    addButton('sign out', () => signedIn(undefined));
    addButton('fresh ready queries', () => {
      for (const key of Object.keys(localStorage))
        if (key.startsWith('graphiql:')) localStorage.removeItem(key);
      location.reload();
    });
    showState();
    const defaultTabs = examples.map(({ query, variables }) => ({ query, variables }));
    YogaGraphiQL.renderYogaGraphiQL(root, defaultTabs.length > 0 ? { ...options, defaultTabs } : options);
  };
})();
