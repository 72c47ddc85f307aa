/** Vite's way to ask for a file's address. */
declare module "*?url" {
  const url: string;
  export default url;
}
