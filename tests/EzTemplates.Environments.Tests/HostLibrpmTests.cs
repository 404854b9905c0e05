using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

public sealed class HostLibrpmTests
{
    [Fact]
    public void One_that_is_linked_to_no_SQLite_writes_none()
    {
        (string, string)[] libraries = [("librpm.so.9", "/usr/lib64/librpm.so.9"), ("libz.so.1", "/usr/lib64/libz.so.1")];
        Assert.False(new HostLibrpm("9", HostLibrpm.LoaderPath, [.. libraries], "/usr/lib/rpm").WritesSqlite);
        Assert.True(new HostLibrpm("9", HostLibrpm.LoaderPath, [.. libraries, ("libsqlite3.so.0", "/usr/lib64/libsqlite3.so.0")], "/usr/lib/rpm").WritesSqlite);
    }

    [Fact]
    public void This_host_s_writes_SQLite_as_its_rpm_does()
    {
        Requires.Tool("rpm");
        using var temp = new TempFolder();
        var found = HostLibrpm.Find(temp.Root);
        Assert.SkipWhen(found is null, "this host's librpm is of another interface");
        Assert.Equal(ToolRun.Run("rpm", "--eval", "%_db_backend").Succeed().Lines[0] == "sqlite", found.WritesSqlite);
    }
}
