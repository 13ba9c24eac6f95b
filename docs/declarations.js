/**
 * Reads what is declared in the packages, for docs/reference.js: the members of an interface, class, union or table of
 * constants in their order, each with the doc comment before it. The TypeScript compiler finds them.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/**
 * A member: `type` is that of a property or of what a method returns, or the value of a constant.
 * @typedef {{ readonly name: string, readonly meaning: string, readonly [cell: string]: string }} Row
 */

/**
 * The public members of an interface or class, the strings of a union, or the constants of a table.
 * @param {string} file in packages/
 * @param {string} name of the declaration
 * @returns {Row[]}
 */
export function membersOf(file, name) {
  const path = fileURLToPath(new URL(`../packages/${file}`, import.meta.url));
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  const members = source.statements.map((statement) => declaredMembers(statement, name)).find(Boolean);
  if (members === undefined) throw new Error(`${file} has no interface, class, union or table ${name}`);
  return members.flatMap((member, i) => {
    // Members of a union begin behind the bar, which comes after the comment.
    const before = members[i - 1];
    const start = before === undefined ? members.pos : ts.isTypeNode(member) ? before.end : member.pos;
    const meaning = docComment(source.text, start);
    const found = isPublic(member) && !meaning.includes("@internal") ? nameAndType(member, source) : undefined;
    return found === undefined ? [] : [{ ...found, meaning }];
  });
}

/**
 * The members of an interface, class, union or table, if this statement declares it.
 * @param {ts.Statement} statement
 * @param {string} name
 * @returns {ts.NodeArray<ts.Node> | undefined}
 */
function declaredMembers(statement, name) {
  if (ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return statement.name?.text === name ? statement.members : undefined;
  }
  if (ts.isVariableStatement(statement)) return tableMembers(statement, name);
  if (!ts.isTypeAliasDeclaration(statement) || statement.name.text !== name) return undefined;
  const { type } = statement;
  return ts.isUnionTypeNode(type) ? type.types : ts.setTextRange(ts.factory.createNodeArray([type]), type);
}

/**
 * The constants of `const name = { … } as const`.
 * @param {ts.VariableStatement} statement
 * @param {string} name
 */
function tableMembers({ declarationList }, name) {
  const declaration = declarationList.declarations.find(
    (each) => ts.isIdentifier(each.name) && each.name.text === name,
  );
  const constant = declaration?.initializer;
  const table = constant !== undefined && ts.isAsExpression(constant) ? constant.expression : undefined;
  return table !== undefined && ts.isObjectLiteralExpression(table) ? table.properties : undefined;
}

/** False for private and protected members of a class. */
function isPublic(/** @type {ts.Node} */ member) {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  return !modifiers.some(
    ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
  );
}

/**
 * Undefined for what has no row: constructors, setters beside their getters, and other unions in a union.
 * @param {ts.Node} member
 * @param {ts.SourceFile} source
 */
function nameAndType(member, source) {
  const textOf = (/** @type {ts.Node | undefined} */ node) => node?.getText(source) ?? "";
  if (ts.isLiteralTypeNode(member)) return { name: textOf(member.literal).slice(1, -1), type: "" };
  if (ts.isPropertyAssignment(member)) return { name: textOf(member.name), type: textOf(member.initializer) };
  if (ts.isMethodDeclaration(member)) {
    const names = member.parameters.map(({ name }) => textOf(name)).join(", ");
    return { name: `${textOf(member.name)}(${names})`, type: textOf(member.type) };
  }
  if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member) && !ts.isGetAccessor(member))
    return undefined;
  return { name: textOf(member.name), type: textOf(member.type) };
}

/**
 * The last doc comment between this position and the next token, as one line; empty where there is none.
 * @param {string} text
 * @param {number} position
 */
function docComment(text, position) {
  const comments = (ts.getLeadingCommentRanges(text, position) ?? []).map(({ pos, end }) => text.slice(pos, end));
  const comment = comments.findLast((each) => each.startsWith("/**")) ?? "";
  return comment
    .replace(/^\/\*\*|\*\/$|^\s*\*(?!\/)/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}
