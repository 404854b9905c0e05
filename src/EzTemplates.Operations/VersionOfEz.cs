using System.Reflection;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary><c>ez version</c>.</summary>
public static class VersionOfEz
{
    public static VersionReport Current() => new(
        typeof(VersionOfEz).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0",
        ContentStore.CurrentFormat,
        RecipeFile.FormatNumber);
}
