// Pages, each with what it needs and no more. They are built to where the crate embeds them.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../built',
    // `.gitignore` of that folder stays: git has to know the folder, cargo watches it.
    emptyOutDir: false,
    target: 'es2022',
    // The policy of the pages forbids scripts and images written into a page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { bundlerTimings: false }, input: ['advisor.html', 'supervisor.html', 'phone.html', 'office.html', 'admin.html'] },
  },
  server: {
    // `npm run dev` shows pages as they are written, over an engine that runs beside.
    proxy: { '/api': { target: process.env.CADENCIA ?? 'http://127.0.0.1:8080', ws: true } },
  },
});
