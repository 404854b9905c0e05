using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>A generated rpm-md repository, a server over it, RPM recipes, and <c>ez</c> with a store of its own that sees nothing of this machine.</summary>
public sealed class RpmRecipes : IDisposable
{
    public RpmRecipes()
    {
        foreach (var tool in (string[])["createrepo_c", "gpgv", "gpg"])
        {
            Requires.Tool(tool);
        }

        Repository = new GeneratedRpmRepository();
        Server = new LocalServer(Repository.Root);
        Ez = new EzProgram(Temp.At("store")) { Environment = { ["EZ_HOST_ROOT"] = Host }, WorkingDirectory = Temp.Root };
    }

    public TempFolder Temp { get; } = new();

    public GeneratedRpmRepository Repository { get; }

    public LocalServer Server { get; }

    public EzProgram Ez { get; }

    /// <summary>What stands in for this machine's root.</summary>
    public string Host => Temp.MakeFolder("host");

    public void Publish(int day, params IReadOnlyList<GeneratedRpm> packages) => Repository.Publish(new RpmPublishOptions { Date = Ground.Day(day) }, packages);

    /// <param name="repository">Further keys of the repository, as <c>, key: value</c>.</param>
    public string Os(string name, string packages, string more = "", string repository = "") => Write(
        name,
        $$"""
        format: 1
        name: {{name}}
        kind: os
        version: "1.0"
        family: rpm
        architecture: x86_64
        repositories:
          - {id: baseos, mirrors: ["{{Server.Address}}"], keys: {{Repository.KeyFile}}{{repository}}}
        packages: [{{packages}}]
        configure: none
        {{more}}
        """);

    public string App(string name, string os, string packages, string more = "") =>
        Write(name, $"format: 1\nname: {name}\nkind: app\nversion: \"1.0\"\nbase: {os}@[1.0,2.0)\npackages: [{packages}]\n{more}");

    public string Write(string name, string text) => Temp.WriteFile($"recipes/{name}.yaml", text + "\n");

    public string LockOf(string name) => Temp.At($"recipes/{name}.x86_64.lock.json");

    /// <summary>Name, version, architecture and reason of each row of a lock.</summary>
    public string[] Rows(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(LockOf(name)));
        return [.. document.RootElement.GetProperty("packages").EnumerateArray().Select(row =>
            string.Join(' ', ((string[])["name", "version", "architecture", "reason"]).Select(key => row.GetProperty(key).GetString())))];
    }

    public void Dispose()
    {
        Server?.Dispose();
        Repository?.Dispose();
        Temp.Dispose();
    }
}
