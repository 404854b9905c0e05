namespace EzTemplates.Testing;

/// <summary>Where the checkout is, seen from a test that runs in its bin folder.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds <c>EzTemplates.sln</c>.</summary>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EzTemplates.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no EzTemplates.sln above `{AppContext.BaseDirectory}`");
    }
}

/// <summary>The design, samples and conformance data that lie beside the checkout; absent on most machines.</summary>
public static class SharedFolder
{
    /// <summary><c>EZ_SHARED</c>, else <c>../shared</c> beside the checkout; null where neither is there.</summary>
    public static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("EZ_SHARED");
        var folder = string.IsNullOrEmpty(named) ? Path.GetFullPath(Path.Combine(RepositoryRoot.Find(), "..", "shared")) : named;
        return Directory.Exists(folder) ? folder : null;
    }
}
