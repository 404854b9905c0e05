namespace EzTemplates.Domain.Configuring;

/// <summary>Packages by the names that dpkg calls them: <c>nginx</c>, and <c>libc6:amd64</c> where that could be another one.</summary>
public sealed class NamedPackages
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public NamedPackages(Provenance provenance)
    {
        ArgumentNullException.ThrowIfNull(provenance);
        for (var i = 0; i < provenance.Packages.Length; i++)
        {
            var package = provenance.Packages[i];
            _numbers.TryAdd($"{package.Name}:{package.Architecture}", i);
            _numbers.TryAdd(package.Name, i);
        }
    }

    /// <returns>Its place in the provenance; <see cref="TreeEdit.NoPackage"/> where it has no such package.</returns>
    public int Find(string? name) => name is not null && _numbers.TryGetValue(name, out var number) ? number : TreeEdit.NoPackage;
}
