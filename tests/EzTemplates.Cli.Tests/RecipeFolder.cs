using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Recipes on a generated repository that a local server serves: an OS and applications on it.</summary>
public sealed class RecipeFolder(string folder, GeneratedRepository repository, LocalServer server)
{
    public string Folder { get; } = Directory.CreateDirectory(folder).FullName;

    public string PathOf(string name) => Path.Combine(Folder, name + ".yaml");

    public string LockOf(string name) => Path.Combine(Folder, name + ".amd64.lock.json");

    /// <summary>Writes an OS recipe over suite <c>stable-one</c>; returns its path.</summary>
    /// <param name="packages">As in the recipe: <c>base, "tool &gt;= 2"</c>.</param>
    /// <param name="more">Further lines, at the left margin.</param>
    public string Os(string name, string packages, string more = "") => Write(
        name,
        $"""
        format: 1
        name: {name}
        kind: os
        version: "1.0"
        family: deb
        architecture: amd64
        repositories:
          - id: generated
            mirrors: ["{server.Address}"]
            suites: [stable-one]
            components: [main]
            keys: {repository.KeyFile}
        packages: [{packages}]
        {(more.Contains("configure:", StringComparison.Ordinal) ? more : "configure: none\n" + more)}
        """);

    public string App(string name, string os, string packages, string more = "") => Write(
        name,
        $"""
        format: 1
        name: {name}
        kind: app
        version: "1.0"
        base: {os}@[1.0,2.0)
        packages: [{packages}]
        {more}
        """);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text + "\n");
        return PathOf(name);
    }
}
