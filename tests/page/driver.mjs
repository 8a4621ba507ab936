/* Opens pages in Chromium for tests in Python: reads commands, a line of JSON each, and answers each with one, the
 * result or the error. It ends with its input. */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
let page = null,
    complaints = [];

/* An archive in the developer tools' network panel: what each of the tabs says of the request of a name once a text is
 * there, and what is said below the list. */
async function showPanel({ path, name, tabs }) {
    const context = await browser.newContext({ viewport: { width: 1500, height: 900 } });
    const tools = await context.newPage(),
        said = { errors: [] };
    tools.on("pageerror", (error) => said.errors.push(error.message));
    await tools.goto("devtools://devtools/bundled/devtools_app.html");
    await tools.getByRole("tab", { name: "Network", exact: true }).click();
    await tools.locator("input[type=file]").first().setInputFiles(path);
    await tools.getByText(name).first().click();
    for (const [tab, text] of Object.entries(tabs)) {
        await tools.getByRole("tab", { name: tab }).click();
        await tools.locator(".network-item-view").getByText(text).first().waitFor();
        said[tab] = await tools.locator(".network-item-view").innerText();
    }
    said.summary = await tools.locator(".network-summary-bar").innerText();
    await context.close();
    return said;
}

const commands = {
    /* Opens a file in a window of a size and a colour scheme. Whatever else the page asks for is a complaint. */
    async open({ path, width = 1200, height = 900, scheme = "light" }) {
        await page?.context().close();
        const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, offline: true });
        const address = pathToFileURL(path).href;
        page = await context.newPage();
        complaints = [];
        page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
        page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
        page.on("dialog", (dialog) => {
            complaints.push(`dialog: ${dialog.message()}`);
            dialog.dismiss();
        });
        page.on("request", (request) => request.url() === address || complaints.push(`request: ${request.url()}`));
        page.on("popup", () => complaints.push("popup"));
        await page.goto(address);
    },
    evaluate: ({ code }) => page.evaluate(code),
    click: ({ selector }) => page.click(selector),
    fill: ({ selector, value }) => page.fill(selector, value),
    select: ({ selector, value }) => page.selectOption(selector, value),
    press: ({ key }) => page.keyboard.press(key),
    focus: ({ selector }) => page.focus(selector),
    async drag({ selector, from, to }) {
        const box = await page.locator(selector).boundingBox();
        await page.mouse.move(box.x + from * box.width, box.y + box.height / 2);
        await page.mouse.down();
        await page.mouse.move(box.x + to * box.width, box.y + box.height / 2, { steps: 4 });
        await page.mouse.up();
    },
    panel: showPanel,
    media: ({ media, scheme }) => page.emulateMedia({ media, colorScheme: scheme }),
    screenshot: ({ path, whole = true }) => page.screenshot({ path, fullPage: whole }).then(() => null),
    pdf: ({ path }) => page.pdf({ path }).then(() => null),
    complaints: () => complaints,
};

for await (const line of createInterface({ input: process.stdin })) {
    const { command, ...parameters } = JSON.parse(line);
    let answer;
    try {
        answer = { result: (await commands[command](parameters)) ?? null };
    } catch (error) {
        answer = { error: error.message };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
