using EzTemplates.Cli.Tests.Real;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>A recipe of a system and one of an application on it, and what dnf makes of the packages of their locks, in two transactions.</summary>
internal sealed class ComparedRecipes : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly string _recipe;

    public ComparedRecipes(string address, string keyFile, string os, string app)
    {
        Dnf = new DnfRoot(_temp, address, keyFile);
        Ez = new EzProgram(_temp.At("store")) { Environment = { ["EZ_HOST_ROOT"] = _temp.MakeFolder("host") }, WorkingDirectory = _temp.Root };
        _temp.WriteFile("recipes/system.yaml", $$"""
            format: 1
            name: system
            kind: os
            version: "1.0"
            family: rpm
            architecture: x86_64
            repositories:
              - {id: base, mirrors: ["{{address}}"], keys: {{keyFile}}}
            packages: [{{os}}]

            """);
        _recipe = _temp.WriteFile("recipes/site.yaml", $"format: 1\nname: site\nkind: app\nversion: \"1.0\"\nbase: system@[1.0,2.0)\npackages: [{app}]\n");
    }

    public DnfRoot Dnf { get; }

    public EzProgram Ez { get; }

    /// <summary>Of the environment of both.</summary>
    public string Root => Ez.Succeed("env", "path", "web").Output.TrimEnd();

    public void Up() => Ez.Succeed("up", _recipe, "--name", "web");

    public void Update() => Ez.Succeed("update", _temp.At("recipes/system.yaml"), _recipe);

    public void Dispose()
    {
        _ = Ez.Run("env", "remove", "web");
        _temp.Dispose();
    }

    /// <summary>Has dnf install what the locks name.</summary>
    /// <returns>The root.</returns>
    public string Peer(string name)
    {
        foreach (var layer in (string[])["system", "site"])
        {
            var (epoch, names) = DnfRoot.ReadLock(LockOf(layer));
            if (names.Length > 0)
            {
                Dnf.Install(_temp.At(name), epoch, names);
            }
        }

        return _temp.At(name);
    }

    /// <returns>In what both differ and are not allowed to, and the number of paths.</returns>
    public (List<string> Told, int Paths) Compare(PeerDifferences allowed)
    {
        Up();
        var comparison = new RootComparison(Dnf, allowed);
        return (comparison.Compare(Root, Peer("theirs"), DnfRoot.ReadLock(LockOf("site")).Epoch), comparison.Paths);
    }

    private string LockOf(string layer) => _temp.At($"recipes/{layer}.x86_64.lock.json");
}
